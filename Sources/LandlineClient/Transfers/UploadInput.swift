import Glibc
import LandlineProtocol
import NIOCore

/// Where the bytes of a put in parts come from.
enum UploadInput: Sendable {
  case file(LocalSource)
  /// A pipe, a terminal, standard input; not owned.
  case stream(descriptor: Int32)

  enum Piece: Equatable {
    case bytes, end
    /// Nothing came for a moment.
    case nothingYet
  }

  init(_ source: UploadSource) throws(ClientError) {
    switch source {
    case .file(let path), .named(let path, as: _): self = .file(try LocalSource(path, path: path))
    case .entry(let tree, let index, below: _): self = .file(try LocalSource(tree, index))
    case .folder(let path, as: _): throw ClientError(.usage, "'\(printable(path))' is a folder")
    case .stream(let descriptor): self = .stream(descriptor: descriptor)
    }
  }

  var size: Int64? {
    if case .file(let file) = self { return file.size }
    return nil
  }

  /// Adds up to `count` bytes from `offset`; from a stream whatever comes next, waiting half a second at most.
  func read(
    into buffer: inout ByteBuffer, count: Int, at offset: Int64
  ) throws(ClientError) -> Piece {
    switch self {
    case .file(let file):
      let count = Int(min(Int64(count), file.size - offset))
      if count <= 0 { return .end }
      try file.read(into: &buffer, count: count, at: offset)
      return .bytes
    case .stream(let descriptor):
      return try Self.readStream(descriptor, into: &buffer, count: count)
    }
  }

  private static func readStream(
    _ descriptor: Int32, into buffer: inout ByteBuffer, count: Int
  ) throws(ClientError) -> Piece {
    var wait: Int32 = 500
    while buffer.readableBytes < count {
      var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&interest, 1, wait)
      if ready == 0 { return buffer.readableBytes > 0 ? .bytes : .nothingYet }
      if ready < 0 {
        if errno == EINTR { continue }
        throw ClientError.local("cannot read standard input", errno: errno)
      }
      var code: Int32 = 0
      let got = buffer.writeWithUnsafeMutableBytes(
        minimumWritableBytes: count - buffer.readableBytes
      ) { bytes in
        let got = Glibc.read(descriptor, bytes.baseAddress, min(bytes.count, count))
        if got < 0 { code = errno }
        return max(got, 0)
      }
      if code != 0 && code != EINTR && code != EAGAIN {
        throw ClientError.local("cannot read standard input", errno: code)
      }
      if got == 0 && code == 0 { return buffer.readableBytes > 0 ? .bytes : .end }
      // More only if it is there already.
      wait = 0
    }
    return .bytes
  }
}
