import Foundation

/// peerechod nio-handler|nio-async|nio-async-loop|flyingsocks PORT
@main
enum Main {
  static func main() async throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let port = Int(arguments[2]) else { exit(2) }
    switch arguments[1] {
    case "nio-handler": try await serveWithHandlers(port)
    case "nio-async": try await serveWithAsyncChannels(port, onLoop: false)
    case "nio-async-loop": try await serveWithAsyncChannels(port, onLoop: true)
    case "flyingsocks": try await serveWithFlyingSocks(port)
    default: exit(2)
    }
  }
}
