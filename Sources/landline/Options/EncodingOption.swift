import ArgumentParser
import Sockets

/// `--encoding`: what a program's output is text in.
struct EncodingOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What its output is text in, GBK say; it is shown in UTF-8.", valueName: "name"))
  var encoding: String?

  /// Nil: nothing was said, and its bytes are shown as they are.
  var text: TextEncoding? { encoding.flatMap { TextEncoding(named: $0) } }

  func validate() throws {
    if let encoding, text == nil {
      throw ValidationError("there is no encoding '\(encoding)'; 'iconv --list' lists them")
    }
  }
}
