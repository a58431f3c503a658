import CLaunch
import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization

/// What a job has said, in a file: pieces in the order in which they were read, each with its stream and its length.
final class JobFile: JobOutput {
  private struct State {
    /// Of the file.
    var size: Int64 = 0
    var kept: Int64 = 0
    var dropped: Int64 = 0
    /// The disk has no more for it, when it was looked at last.
    var isFull = false
    /// How much may come before it is looked at again.
    var untilLook: Int64 = 0
  }

  private static let lookAfter: Int64 = 1_048_576

  /// Before each piece: the stream, and the length as UInt32 little-endian.
  private static let headSize = 5

  private let path: String
  private let file: Descriptor
  private let limit: Int64
  private let space: SpaceBounds
  private let state = Mutex(State())

  /// Makes the folder, and removes what an earlier server has left in it: nobody knows those jobs any more.
  static func prepare(_ folder: String) throws(LineError) {
    if mkdir(folder, 0o700) != 0, errno != EEXIST {
      throw LineError(errno: errno, "cannot make the folder for jobs, '\(printable(folder))'")
    }
    guard let stream = opendir(folder) else {
      throw LineError(errno: errno, "cannot read the folder for jobs, '\(printable(folder))'")
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = String(cString: claunch_name(entry))
      if UInt64(name) != nil { unlink("\(folder)/\(name)") }
    }
  }

  /// - Parameters:
  ///   - limit: bytes that are kept.
  ///   - space: what stays free of the disk.
  init(_ path: String, limit: Int64, space: SpaceBounds) throws(LineError) {
    let raw = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard raw >= 0 else { throw LineError(errno: errno, "cannot keep a job's output in '\(printable(path))'") }
    file = Descriptor(owning: raw)
    self.path = path
    self.limit = limit
    self.space = space
  }

  var amounts: (kept: Int64, dropped: Int64) { state.withLock { ($0.kept, $0.dropped) } }

  func append(_ stream: CommandStream, _ bytes: UnsafeRawBufferPointer) {
    state.withLock { state in
      look(&state, before: bytes.count)
      // Single bytes have heads five times as long: they may have as much as what is kept.
      let place = min(limit - state.kept, 2 * limit - state.size - Int64(Self.headSize))
      let room = state.isFull ? 0 : Int(clamping: max(0, min(place, Int64(bytes.count))))
      state.dropped += Int64(bytes.count - room)
      guard room > 0 else { return }
      var piece: [UInt8] = [stream == .stdout ? 1 : 2]
      withUnsafeBytes(of: UInt32(room).littleEndian) { piece += $0 }
      piece += bytes[..<room]
      guard write(piece, at: state.size) else {
        // The disk is full, say. Behind a half piece nothing could be read: the next one takes its place.
        state.dropped += Int64(room)
        return
      }
      state.size += Int64(piece.count)
      state.kept += Int64(room)
    }
  }

  private func look(_ state: inout State, before count: Int) {
    if state.untilLook <= 0 {
      state.untilLook = Self.lookAfter
      var disk = statvfs()
      let isKnown = fstatvfs(file.raw, &disk) == 0
      let block = Int64(clamping: disk.f_frsize)
      let reserve = space.reserve(ofDisk: Int64(clamping: disk.f_blocks) * block)
      state.isFull = isKnown && Int64(clamping: disk.f_bavail) * block < reserve
    }
    state.untilLook -= Int64(count)
  }

  private func write(_ piece: [UInt8], at offset: Int64) -> Bool {
    var done = 0
    while done < piece.count {
      let count = piece.withUnsafeBytes {
        pwrite(
          file.raw, UnsafeRawBufferPointer(rebasing: $0[done...]).baseAddress, $0.count - done,
          off_t(offset) + off_t(done))
      }
      if count > 0 { done += count } else if errno != EINTR { return false }
    }
    return true
  }

  func read(from place: inout JobPlace, into room: UnsafeMutableRawBufferPointer) throws(LineError) -> Int? {
    let size = state.withLock { $0.size }
    if place.left == 0 {
      guard place.offset < size else { return nil }
      let (stream, length) = try head(at: place.offset)
      place.stream = stream
      place.left = length
      place.offset += Int64(Self.headSize)
    }
    guard room.count > 0 else { return 0 }
    let wanted = min(room.count, place.left)
    let count = pread(file.raw, room.baseAddress, wanted, off_t(place.offset))
    guard count > 0 else { throw LineError(errno: count < 0 ? errno : EIO, "cannot read what a job has said") }
    place.offset += Int64(count)
    place.left -= count
    return count
  }

  private func head(at offset: Int64) throws(LineError) -> (CommandStream, Int) {
    var head = [UInt8](repeating: 0, count: Self.headSize)
    guard pread(file.raw, &head, head.count, off_t(offset)) == head.count else {
      throw LineError(errno: EIO, "cannot read what a job has said")
    }
    let length = head[1...].reversed().reduce(0) { $0 << 8 | Int($1) }
    return (head[0] == 1 ? .stdout : .stderr, length)
  }

  func remove() { unlink(path) }
}
