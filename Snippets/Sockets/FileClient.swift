// Fetches a file from the file server and prints it.
import Sockets

// snippet.fetch
func fetch(_ name: String, from host: String) throws -> [UInt8]? {
  var stream = try SocketStream(Socket(connectingTo: host, port: 7070, timeout: .seconds(10)))
  try stream.write(name + "\n")
  try stream.flush()
  guard let answer = try stream.readLine(), let size = Int(answer), size >= 0 else { return nil }
  return try stream.read(exactly: size)
}

// snippet.errors
func report(_ name: String, from host: String) {
  do {
    if let bytes = try fetch(name, from: host) {
      print(String(decoding: bytes, as: UTF8.self))
    } else {
      print("\(host) has no \(name)")
    }
  } catch let error as SocketError where error.isConnectionRefused {
    print("no server is running on \(host)")
  } catch let error as SocketError where error.isTimedOut {
    print("\(host) is too slow")
  } catch {
    print("\(error)")
  }
}

// snippet.end
report("README.md", from: "localhost")
