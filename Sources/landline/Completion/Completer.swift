/// What can follow on a command line.
struct Completions {
  struct Item {
    /// The whole word.
    var text: String
    /// What it is, in a few words.
    var note: String?
    /// Whether the word goes on behind it: a folder, a server.
    var isOpen = false
  }

  /// What the shell itself completes beside the items.
  enum Local: String {
    case none, files, folders
  }

  var items: [Item] = []
  var local = Local.none
}

/// Completes words by the commands' own configuration, the joined servers, and what those have.
struct Completer {
  private let current: String
  private var command: CommandDescription
  private var used: Set<String> = []
  private var positionals = 0
  /// The option whose value is at the cursor.
  private var pending: CommandDescription.Argument?
  private var isOnlyPositional = false
  private var isUnknown = false

  /// - Parameter words: those before the cursor's, the command's own name first.
  init(words: [String], current: String) throws {
    self.current = current
    command = try CommandDescription.whole()
    for word in words.dropFirst() { pass(word) }
  }

  private mutating func pass(_ word: String) {
    if pending != nil {
      pending = nil
    } else if word == "--" && !isOnlyPositional {
      isOnlyPositional = true
    } else if word.hasPrefix("-") && word.count > 1 && !isOnlyPositional {
      used.insert(word)
      guard let option = option(named: word) else { return }
      used.formUnion((option.names ?? []).map(\.text))
      if option.kind == .option { pending = option }
    } else if command.children.isEmpty {
      positionals += 1
    } else if word == "help" {
      // What follows are commands, as without it.
    } else if let child = command.child(named: word) {
      command = child
    } else {
      isUnknown = true
    }
  }

  private func option(named word: String) -> CommandDescription.Argument? {
    command.options.first { ($0.names ?? []).contains { $0.text == word } }
  }

  func completions() async -> Completions {
    if isUnknown { return Completions() }
    if let pending { return await values(of: pending, current) }
    if current.hasPrefix("-") && !isOnlyPositional {
      if let equals = current.firstIndex(of: "="), let option = option(named: String(current[..<equals])) {
        let start = String(current[...equals])
        var found = await values(of: option, String(current.dropFirst(start.count)))
        for index in found.items.indices { found.items[index].text = start + found.items[index].text }
        return found
      }
      return fitting(options)
    }
    if !command.children.isEmpty {
      return fitting(command.children.map { Completions.Item(text: $0.commandName, note: $0.abstract) })
    }
    let arguments = command.positionals
    guard let argument = positionals < arguments.count ? arguments[positionals] : arguments.last,
      positionals < arguments.count || argument.isRepeating
    else { return Completions() }
    return await values(of: argument, current)
  }

  private var options: [Completions.Item] {
    command.options.compactMap { option in
      let names = option.names ?? []
      guard option.isRepeating || !names.contains(where: { used.contains($0.text) }) else { return nil }
      return (names.first { $0.kind == "long" } ?? names.first).map {
        Completions.Item(text: $0.text, note: option.abstract)
      }
    }
  }

  private func fitting(_ items: [Completions.Item]) -> Completions {
    Completions(items: items.filter { $0.text.hasPrefix(current) })
  }

  /// What an argument's value can be, by the name of that value in the help.
  private func values(of argument: CommandDescription.Argument, _ typed: String) async -> Completions {
    func list(_ words: [String]) -> Completions {
      Completions(items: words.filter { $0.hasPrefix(typed) }.map { Completions.Item(text: $0) })
    }
    let remote = RemoteCompletion(typed: typed)
    switch argument.valueName {
    case "path":
      return Completions(items: await remote.paths())
    case "file":
      // A local file, or a destination.
      return Completions(items: await remote.pathsOfNamedServer(), local: remote.isRemote ? .none : .files)
    case "place":
      return Completions(items: await remote.pathsOfNamedServer(), local: remote.isRemote ? .none : .folders)
    case "folder", "data":
      return Completions(local: .folders)
    case "config", "certificate", "private-key":
      return Completions(local: .files)
    case "server", "joined-name":
      return list(RemoteCompletion.joinedNames())
    case "role":
      return list(await RemoteCompletion.roles())
    default:
      return list(argument.allValues ?? [])
    }
  }
}
