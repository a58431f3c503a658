import Glibc

/// The command `tutorials`: finds a program, and runs a side of it.
@main
enum Tutorials {
  static let usage = """
    usage: tutorials list [TEXT]
           tutorials ID server|client|script [--host HOST] [--port PORT]

    HOST and PORT may also be set in the environment; `tutorials list` shows the usual ones and the other settings.
    """

  static func main() {
    Console.useLines()
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      warn("tutorials: \(error)")
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    switch arguments.first {
    case "list": list(arguments.dropFirst().first ?? "")
    case "--help", "-h", "help": print(usage)
    case nil: throw Failure("which program?\n\n\(usage)")
    case let id?: try start(id, arguments.dropFirst().first, arguments.dropFirst(2))
    }
  }

  private static func start(_ id: String, _ side: String?, _ rest: ArraySlice<String>) throws {
    guard let program = programs.first(where: { $0.about.id == id }) else {
      throw Failure("there is no program \(id); see `tutorials list`")
    }
    let settings = try Settings(program.about, rest)
    switch (side, program) {
    case ("server", let pair as any Pair.Type): try pair.server(settings)
    case ("client", let pair as any Pair.Type): try pair.client(settings)
    case ("script", let script as any Script.Type): try script.script(settings)
    // A script that calls on a server is a client.
    case ("client", let script as any Script.Type): try script.script(settings)
    default: throw Failure("\(id) runs as `tutorials \(id) \(sides(program))`")
    }
  }

  private static func sides(_ program: any Program.Type) -> String {
    var names: [String] = []
    if program is any Pair.Type { names += ["server", "client"] }
    if program is any Script.Type { names.append("script") }
    return names.joined(separator: "|")
  }

  /// Prints a line for each program whose line contains a text.
  private static func list(_ text: String) {
    let rows = programs.map { program in
      let about = program.about
      let place = about.port.map { "\(about.host ?? ""):\($0)" } ?? "-"
      let settings = about.settings.isEmpty ? "" : " (\(about.settings.joined(separator: ", ")))"
      return [about.id, sides(program), place, about.summary + settings]
    }
    let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      let line = (padded + [row[3]]).joined(separator: "  ")
      if text.isEmpty || line.lowercased().contains(text.lowercased()) { print(line) }
    }
  }
}
