import Glibc

/// Runs programs and collects what they print.
enum Shell {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs a command with lines for its standard input; returns the lines of its output.
  static func lines(_ command: String, input: [String]) throws -> [String] {
    let name = "/tmp/landline-linearization-\(getpid())-\(UInt64.random(in: .min ... .max))"
    guard let file = fopen(name, "wx") else { throw Failure(description: "cannot write \(name)") }
    defer { unlink(name) }
    for line in input { fputs(line + "\n", file) }
    guard fclose(file) == 0 else { throw Failure(description: "cannot write \(name)") }

    guard let pipe = popen("\(command) < '\(name)'", "r") else {
      throw Failure(description: "cannot start \(command)")
    }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { output += buffer[..<count] }
    let status = pclose(pipe)
    guard status == 0 else { throw Failure(description: "\(command) ended with status \(status)") }
    var lines = String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.popLast()?.isEmpty == true else { throw Failure(description: "the last line has no end") }
    return lines.map(String.init)
  }

  /// `python3`, or what `LANDLINE_PYTHON` names, with a script from the folder Python.
  static func python(_ script: String) -> String {
    let python = getenv("LANDLINE_PYTHON").map { String(cString: $0) } ?? "python3"
    return "'\(python)' '\("\(#filePath)".dropLast("Shell.swift".utf8.count))Python/\(script)'"
  }

  /// An executable of this package, which lies beside the tests'.
  static func executable(_ name: String) throws -> String {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { throw Failure(description: "cannot read /proc/self/exe") }
    let own = String(decoding: buffer[..<count], as: UTF8.self)
    let folder = own[..<(own.lastIndex(of: "/") ?? own.startIndex)]
    guard access("\(folder)/\(name)", X_OK) == 0 else { throw Failure(description: "no \(name) in \(folder)") }
    return "'\(folder)/\(name)'"
  }
}
