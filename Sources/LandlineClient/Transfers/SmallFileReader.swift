import Crypto
import LandlineProtocol

/// One piece of memory for the files that are sent whole, one after the other: read, hashed, copied into a message.
final class SmallFileReader {
  private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: LineProtocol.maximumWhole, alignment: 64)

  deinit {
    memory.deallocate()
  }

  /// Reads a file of at most 1 MiB.
  /// - Returns: its hash.
  func read(_ file: LocalSource) throws(ClientError) -> Digest256 {
    try file.readWhole(into: memory)
    return Digest256(SHA256.hash(data: content(of: file)))
  }

  /// The bytes of the file that was read last.
  func content(of file: LocalSource) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: memory[..<Int(file.size)])
  }
}

extension LocalSource {
  /// A put of this file, but for its hash.
  func request(path: String, ifExists: IfExists) -> PutRequest {
    var request = PutRequest(path: path)
    request.size = size
    request.setModified(modified)
    request.executable = isExecutable ? true : nil
    request.ifExists = ifExists == .fail ? nil : ifExists.rawValue
    return request
  }
}
