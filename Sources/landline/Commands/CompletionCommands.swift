import ArgumentParser
import LandlineClient

/// `landline completions`.
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract: "Print a script that lets a shell complete landline's commands, options and paths.",
    usage: "landline completions bash|zsh|fish",
    discussion: """
      Paths on a server complete as well: office:do and Tab. For bash put the first line below into \
      ~/.bashrc. For zsh write the script into a folder of $fpath, as in 'fpath=(~/.zfunc $fpath)' before \
      compinit in ~/.zshrc. For fish the last two lines are all. 'make install' does it for everybody.

      Examples:
        source <(landline completions bash)
        mkdir -p ~/.zfunc && landline completions zsh > ~/.zfunc/_landline
        mkdir -p ~/.config/fish/completions
        landline completions fish > ~/.config/fish/completions/landline.fish
      """)

  @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "shell"))
  var shell: CompletionShellKind

  func run() throws {
    Screen.shared.out(shell.script)
  }
}

extension CompletionShellKind: ExpressibleByArgument {}

/// `landline complete`: what those scripts ask.
struct CompleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "complete", abstract: "Complete a command line.", shouldDisplay: false)

  @Argument(parsing: .captureForPassthrough)
  var arguments: [String] = []

  func run() async throws {
    guard let name = arguments.first, let shell = CompletionShellKind(rawValue: name) else {
      throw ClientError(.usage, "the shell is bash, zsh or fish: landline complete SHELL WORD ...")
    }
    let rest = arguments.dropFirst()
    let line: TypedLine
    var words: [String]
    switch shell {
    case .bash:
      line = TypedLine(rest.last ?? "", breaks: rest.first ?? "")
      words = line.words
      // As in: NAME=VALUE landline put
      while let first = words.first, first.contains("="), !first.hasPrefix("-") { words.removeFirst() }
    case .zsh, .fish:
      line = TypedLine(rest.last ?? "")
      words = Array(rest.dropLast())
    }
    // A word with an open quote may have blanks; the last one is the cursor's in any case.
    let current = shell == .bash ? line.current : (line.words + [line.current]).joined(separator: " ")
    let found = try await Completer(words: words, current: current).completions()
    for item in found.items { Screen.shared.out(text(of: item, shell, line)) }
    if found.local != .none { Screen.shared.out(":\(found.local.rawValue)") }
  }

  private func text(of item: Completions.Item, _ shell: CompletionShellKind, _ line: TypedLine) -> String {
    let mark = item.isOpen ? "-" : "+"
    switch shell {
    case .bash:
      let rest = String(decoding: item.text.utf8.dropFirst(line.leading.utf8.count), as: UTF8.self)
      return mark + ShellQuoting.quoted(rest, in: line.quote)
    case .zsh, .fish:
      return mark + item.text + (item.note.map { "\t\($0)" } ?? "")
    }
  }
}
