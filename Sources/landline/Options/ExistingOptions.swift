import ArgumentParser
import LandlineProtocol

/// What to do when the name is taken.
struct ExistingOptions: ParsableArguments {
  @Flag(help: "Replace what has the name already, in one step.")
  var replace = false

  @Flag(help: "Keep both: the new one becomes 'name (1).ext'.")
  var keepBoth = false

  @Flag(help: "Leave what has the name already as it is.")
  var skip = false

  func validate() throws {
    if [replace, keepBoth, skip].filter({ $0 }).count > 1 {
      throw ValidationError("--replace, --keep-both and --skip exclude each other")
    }
  }

  var choice: IfExists {
    if replace { return .replace }
    if keepBoth { return .keepBoth }
    return skip ? .skip : .fail
  }
}
