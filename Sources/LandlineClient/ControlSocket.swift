import Glibc
import LandlineProtocol
import LandlineTransport
import NIOCore
import NIOPosix

/// The door for programs on the server's own machine (docs/PROTOCOL.md section 8).
enum ControlSocket {
  static func connect(_ dataFolder: String, until deadline: NIODeadline, _ window: ReceiveWindow) async throws
    -> LineChannel
  {
    let folder = try openFolder(of: dataFolder)
    do {
      // By the descriptor, for the path itself may be longer than the 107 bytes of man 7 unix.
      return try await Connector.bootstrap(until: deadline, window)
        .connect(unixDomainSocketPath: "/proc/self/fd/\(folder.number)/control.sock") { channel in
          channel.eventLoop.makeCompletedFuture { try Connector.addLine(to: channel, window) }
        }
    } catch let error as IOError where [ENOENT, ECONNREFUSED].contains(error.errnoCode) {
      throw notRunning(dataFolder)
    } catch let error as IOError where [EACCES, EPERM].contains(error.errnoCode) {
      throw notAllowed(dataFolder)
    } catch {
      throw ConnectFailure.error(
        error, place: Endpoint.control(dataFolder: dataFolder).place)
    }
  }

  /// What proves that the caller can read the server's own folder.
  static func secret(_ dataFolder: String) throws(ClientError) -> String {
    let what = "cannot read '\(printable(dataFolder))/landline/control.secret'"
    let folder = try openFolder(of: dataFolder)
    let number = openat(folder.number, "control.secret", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else {
      switch errno {
      case ENOENT: throw notRunning(dataFolder)
      case EACCES: throw notAllowed(dataFolder)
      default: throw ClientError.local(what, errno: errno)
      }
    }
    let bytes = try Descriptor(owning: number).readWhole(size: 100, toSay: what)
    return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
  }

  private static func openFolder(of dataFolder: String) throws(ClientError) -> Descriptor {
    let number = open("\(dataFolder)/landline", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if number >= 0 { return Descriptor(owning: number) }
    switch errno {
    case ENOENT, ENOTDIR: throw notRunning(dataFolder)
    case EACCES: throw notAllowed(dataFolder)
    default:
      throw ClientError.local("cannot open '\(printable(dataFolder))/landline'", errno: errno)
    }
  }

  private static func notRunning(_ folder: String) -> ClientError {
    var error = ClientError.unreachable("no server is running on the data folder '\(printable(folder))'")
    error.advice =
      "Start it with 'landline serve --data \(printable(folder))', or name the folder of the one that runs"
    return error
  }

  private static func notAllowed(_ folder: String) -> ClientError {
    var error = ClientError(
      LineError(
        .forbidden,
        "the control socket in \(printable(folder)) is only for the user that runs the server, "
          + "and for root"))
    error.advice = "Run it as that user, or with sudo; or ask as an admin over the line, with --server"
    return error
  }
}
