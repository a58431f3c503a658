internal import CSockets
internal import Glibc
internal import SystemPackage

/// An open `iconv`.
struct Converter: ~Copyable {
  private let handle: iconv_t

  init(from source: String, to target: String) throws(SocketError) {
    let handle = iconv_open(target, source)
    // -1, written as a pointer (man 3 iconv_open).
    guard Int(bitPattern: handle) != -1, let handle else {
      throw SocketError(
        .encoding, call: "iconv_open", errno: SystemCalls.lastError,
        "this machine's iconv does not convert \(source) to \(target); see `iconv --list`")
    }
    self.handle = handle
  }

  deinit { iconv_close(handle) }

  /// How a conversion stopped.
  enum Stop {
    /// The input is used up.
    case done
    /// The output is full.
    case full
    /// The input ends within a character.
    case incomplete
    /// The input goes on with what is no character, or none that the target has.
    case malformed
  }

  /// Converts as much as goes; both buffers are moved behind what was read and written.
  mutating func convert(
    _ input: inout UnsafeRawBufferPointer, into output: inout UnsafeMutableRawBufferPointer
  ) -> Stop {
    var source = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: CChar.self)
    var target = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    var sourceLeft = input.count
    var targetLeft = output.count
    let result = iconv(handle, &source, &sourceLeft, &target, &targetLeft)
    let error = SystemCalls.lastError
    input = UnsafeRawBufferPointer(rebasing: input[(input.count - sourceLeft)...])
    output = UnsafeMutableRawBufferPointer(rebasing: output[(output.count - targetLeft)...])
    guard result == -1 else { return .done }
    switch error {
    case .argListTooLong: return .full
    case .invalidArgument: return .incomplete
    default: return .malformed
    }
  }

  /// Goes back to the beginning.
  ///
  /// - Returns: How many bytes of the output say so.
  mutating func reset(into output: UnsafeMutableRawBufferPointer) -> Int {
    var target = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    var left = output.count
    return iconv(handle, nil, nil, &target, &left) == -1 ? 0 : output.count - left
  }

  /// Converts all of a small input.
  mutating func convertAll(_ input: [UInt8]) throws(SocketError) -> [UInt8] {
    var room = [UInt8](repeating: 0, count: 16 * input.count + 64)
    let count = input.withUnsafeBytes { input in
      room.withUnsafeMutableBytes { room in
        var (rest, free) = (input, room)
        return convert(&rest, into: &free) == .done ? room.count - free.count : nil
      }
    }
    guard let count else { throw SocketError(.encoding, call: "iconv", "a text that has no place there") }
    return Array(room.prefix(count))
  }
}
