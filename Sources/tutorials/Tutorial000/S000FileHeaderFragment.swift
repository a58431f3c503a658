import BinaryPacking
import Sockets
import SystemPackage

/// A file behind a JSON header with its size, its name and its MD5; before the header its own length.
///
/// The wire: i32, `{"file_size": N, "file_name": NAME, "md5": 32 digits}`, N bytes. The original is a fragment: names in it do
/// not exist, its receiver reads the header from itself, and one `recv(n)` is taken to give all n bytes.
enum S000FileHeaderFragment: Pair {
  static let about = About(
    "s000_file_header_fragment", "upload fragment: header length, JSON header with md5, file", at: "127.0.0.1", 8080,
    settings: ["FILE"])

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    var stream = try SocketStream(listener.accept().socket)
    let header = try PythonValue(json: stream.read(exactly: length(stream.read(exactly: 4))))
    print(header.repr)
    guard let size = header["file_size"]?.integer, size >= 0 else { throw Failure("a header without a file_size") }
    var digest = MD5()
    var received = 0
    while received < size {
      let data = try stream.read(upTo: min(65_536, size - received))
      guard !data.isEmpty else { throw Failure("the file ended after \(received) of \(size) bytes") }
      digest.update(data)
      received += data.count
    }
    print("md5", digest.hexDigest == header["md5"]?.text ? "is right" : "is wrong")
  }

  static func client(_ settings: Settings) throws {
    guard let path = settings["FILE"] else { throw Failure("set FILE to the path of the file to send") }
    let file = try SentFile(path)
    var digest = MD5()
    while case let data = try file.read(upTo: 65_536), !data.isEmpty { digest.update(data) }
    let header: PythonValue = [
      "file_size": .integer(file.size), "file_name": .text(file.name), "md5": .text(digest.hexDigest),
    ]
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll(BinaryFormat("i").pack(header.json.utf8.count) + header.json.utf8)
    let sent = try connection.sendFile(file.descriptor.rawValue, offset: 0, count: Int64(file.size))
    guard sent == file.size else { throw Failure("\(path) became shorter while it was sent") }
  }
}
