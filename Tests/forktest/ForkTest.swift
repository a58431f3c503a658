internal import Glibc

/// Servers for tests that need a program of their own: those that fork, which must have one thread, and those that count
/// the descriptors of the process.
///
///     forktest SCENARIO [ARGUMENT...]
@main
enum ForkTest {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    do {
      switch arguments.first {
      case "combination": try Combination.run(Array(arguments.dropFirst()))
      case "leaks": try Leaks.run(arguments.last ?? "")
      case "exhaustion": try Exhaustion.run(arguments.last ?? "")
      case let scenario?: try Scenario.run(scenario)
      case nil: throw Unknown()
      }
    } catch {
      say("\(arguments): \(error)")
      exit(1)
    }
  }
}

struct Unknown: Error {}
struct Failure: Error {}

/// Writes a line to standard output, in one call.
func say(_ line: String) {
  var line = line + "\n"
  line.withUTF8 { bytes in _ = write(1, bytes.baseAddress, bytes.count) }
}
