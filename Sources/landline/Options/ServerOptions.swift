import ArgumentParser
import LandlineClient

/// For commands that ask one server something that is not about a path.
struct ServerOptions: ParsableArguments {
  @Option(help: "The joined server to ask; may be left out when there is only one.")
  var server: String?

  @Option(
    help: "Ask the server that runs on this data folder on this machine, without an account.")
  var data: String?

  func validate() throws {
    if server != nil && data != nil {
      throw ValidationError("--server and --data exclude each other")
    }
  }

  func client() throws -> LandlineClient {
    if let data {
      return LandlineClient(endpoint: .control(dataFolder: data), credentials: .controlSecret)
    }
    return try ServerChoice.load().client(for: server)
  }
}
