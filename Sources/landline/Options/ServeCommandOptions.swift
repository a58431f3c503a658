import ArgumentParser
import LandlineServer

/// What `serve` is told about the programs that it runs for people.
struct ServeCommandOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The user that commands run as; only a server that is started as root can do that. (default: the server's own, with the data folder hidden from them)",
      valueName: "user"))
  var commandsUser: String?
  @Option(
    help: ArgumentHelp(
      "The absolute path of the folder that commands begin in. (default: that user's home, or DATA/commands)",
      valueName: "folder"))
  var commandsFolder: String?
  @Option(
    help: ArgumentHelp("Processor time of each process of a command: 90s, 2h, none. (default: 1h)", valueName: "time"))
  var commandsCpu: String?
  @Option(help: ArgumentHelp("Memory of each process of a command: 500M, 4G, none. (default: 2G)", valueName: "bytes"))
  var commandsMemory: String?
  @Option(help: ArgumentHelp("Processes of commands at the same time, or none. (default: 256)", valueName: "number"))
  var commandsProcesses: String?
  @Option(help: ArgumentHelp("What is kept of a job's output: 10M, 1G. (default: 1G)", valueName: "bytes"))
  var commandsOutput: String?

  var values: [ServeSetting: String?] {
    [
      .commandsUser: commandsUser, .commandsFolder: commandsFolder, .commandsCPU: commandsCpu,
      .commandsMemory: commandsMemory, .commandsProcesses: commandsProcesses, .commandsOutput: commandsOutput,
    ]
  }
}

extension ServeConfiguration {
  func commandSettings() throws -> CommandSettings {
    var commands = CommandSettings()
    commands.user = text(.commandsUser)
    commands.folder = text(.commandsFolder)
    if let folder = commands.folder, !folder.hasPrefix("/") {
      throw ValidationError("commands-folder '\(folder)' is not an absolute path")
    }
    if let cpu = text(.commandsCPU) {
      commands.cpu = cpu == "none" ? nil : try seconds(cpu)
    }
    if let memory = text(.commandsMemory) {
      commands.memory = memory == "none" ? nil : try bytes(.commandsMemory, atLeast: 1 << 20)
    }
    if let processes = text(.commandsProcesses) {
      commands.processes = processes == "none" ? nil : try number(.commandsProcesses, 1...1_000_000).map(Int64.init)
    }
    commands.output = try bytes(.commandsOutput, atLeast: 1) ?? commands.output
    return commands
  }

  private func seconds(_ text: String) throws -> Int64 {
    guard let span = TimeSpan(argument: text) else {
      throw ValidationError("commands-cpu '\(text)' is no length of time, as in 90s, 15m or 2h, nor 'none'")
    }
    return span.seconds
  }
}
