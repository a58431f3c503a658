internal import CSockets
internal import Sockets

/// Where a server complains when nobody listens.
enum StandardError {
  /// What ``ServerSettings/handleError`` does unless it is replaced. (Python prints a traceback.)
  static func report(_ error: any Error, _ client: SocketAddress) {
    write("the request from \(client) failed: \(error)\n")
  }

  /// One call, so that the lines of several threads and processes do not mix; who reads them may have gone.
  static func write(_ line: String) {
    var line = line
    line.withUTF8 { bytes in _ = csockets_write(2, bytes.baseAddress, bytes.count) }
  }
}
