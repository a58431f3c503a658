import BinaryPacking
import Sockets
import SystemPackage

/// A file on its way line by line, each with its MD5.
///
/// The wire: i32 with the file's size; for each line (up to its `\n`) i32, `{"file_name": NAME, "file_size": N, "md5": …}`, and its
/// N bytes. The original: its receiver reads a line with `recv(1024)`, and takes the next header for a part of it if that is
/// there already; a pause after each line mostly prevents that, and lets no more than 100 lines a second pass. For the sake of
/// such receivers there is one here, too: PAUSE seconds, 0.01 if it is not set; but for a receiver on this machine only as
/// long as it really takes to read the line, which the kernel knows.
enum S004FTPLines {
  static func delay(_ settings: Settings) throws -> Duration {
    guard let text = settings["PAUSE"] else { return .milliseconds(10) }
    guard let seconds = Double(text), (0...60).contains(seconds) else { throw Failure("PAUSE is no number of seconds") }
    return .seconds(seconds)
  }

  static func send(
    _ file: borrowing SentFile, over socket: borrowing Socket, _ delay: Duration, _ progress: (Int) -> Void
  ) throws {
    // Else the kernel waits, to join a small line to the next one.
    try socket.setOption(.noDelay, to: true)
    try socket.sendAll(BinaryFormat("i").pack(file.size))
    var sent = 0
    while sent < file.size {
      let (size, digest) = try line(of: file, at: sent)
      let header: PythonValue = ["file_name": .text(file.name), "file_size": .integer(size), "md5": .text(digest)]
      try socket.sendAll(BinaryFormat("i").pack(header.json.utf8.count) + header.json.utf8, flags: .more)
      let count = try socket.sendFile(file.descriptor.rawValue, offset: Int64(sent), count: Int64(size))
      guard count == size else { throw Failure("\(file.path) became shorter while it was sent") }
      sent += size
      progress(sent)
      try waitForReceiver(socket, delay)
    }
  }

  private static func waitForReceiver(_ socket: borrowing Socket, _ delay: Duration) throws {
    guard delay > .zero else { return }
    let table = try ConnectionTable()
    let (near, far) = (try socket.localAddress, try socket.peerAddress)
    guard try table.entry(of: far, to: near) != nil else { return pause(delay) }
    let deadline = ContinuousClock.now.advanced(by: .seconds(10))
    repeat {
      pause(min(delay, .milliseconds(1)))
    } while try deadline > .now
      && table.entry(of: far, to: near)?.unread ?? 0 > 0
  }

  static func size(from stream: inout SocketStream) throws -> Int {
    try length(stream.read(exactly: 4), atMost: Int(Int32.max))
  }

  static func receive(
    _ file: borrowing ReceivedFile, _ size: Int, from stream: inout SocketStream, _ progress: (Int, Int) -> Void
  ) throws {
    var received = 0
    while received < size {
      let header = try PythonValue(json: stream.read(exactly: length(stream.read(exactly: 4))))
      guard let count = header["file_size"]?.integer, count > 0, count <= size - received else {
        throw Failure("a line that has no size, or goes beyond the file")
      }
      var digest = MD5()
      var missing = count
      while missing > 0 {
        let data = try stream.read(upTo: min(65_536, missing))
        guard !data.isEmpty else { throw Failure("the file ended \(size - received) bytes too early") }
        digest.update(data)
        try file.write(data)
        missing -= data.count
      }
      guard digest.hexDigest == header["md5"]?.text else { throw Failure("下载文件不完整有误") }
      received += count
      progress(received, size)
    }
  }

  /// How long the line is that begins there, and its digest: it is read in parts, for it may be all of the file.
  private static func line(of file: borrowing SentFile, at start: Int) throws -> (size: Int, digest: String) {
    var digest = MD5()
    var size = 0
    while start + size < file.size {
      let piece = try file.read(upTo: min(4096, file.size - start - size), at: start + size)
      guard !piece.isEmpty else { throw Failure("\(file.path) became shorter while it was sent") }
      let newline = piece.firstIndex(of: 0x0A)
      digest.update(piece[...(newline ?? piece.count - 1)])
      size += (newline ?? piece.count - 1) + 1
      if newline != nil { break }
    }
    return (size, digest.hexDigest)
  }

  /// How far a file is, as a row of signs and a percentage.
  struct Bar {
    let width: Int
    private var last = -1

    init(width: Int) { self.width = width }

    mutating func update(_ part: Int, of whole: Int) {
      guard last != 100 * part / whole else { return }
      last = 100 * part / whole
      let signs = String(repeating: "#", count: width * part / whole)
      show("\r[\(signs)\(String(repeating: " ", count: width - signs.count))] \(last)%")
    }
  }
}
