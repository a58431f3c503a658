import Glibc
import SocketServer
import SystemPackage

/// A file to be sent: the one owner of its descriptor.
struct SentFile: ~Copyable {
  let path: String
  let descriptor: FileDescriptor
  /// In bytes.
  let size: Int

  /// Opens a plain file for reading.
  init(_ path: String) throws {
    let descriptor: FileDescriptor
    do {
      // Not to wait for the other end of what is a pipe.
      descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
    } catch {
      throw Failure("\(path) cannot be read: \(error)")
    }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      try? descriptor.close()
      throw Failure("\(path) is no file")
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { try? descriptor.close() }

  /// The name without the folders. (Python: `os.path.basename()`.)
  var name: String { String(path.split(separator: "/", omittingEmptySubsequences: false).last ?? "") }

  /// The next bytes, none at the end.
  func read(upTo count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { room, initialized in
      initialized = try descriptor.read(into: UnsafeMutableRawBufferPointer(room))
    }
  }

  /// The bytes at a place, none behind the end; where ``read(upTo:)`` goes on stays as it is.
  func read(upTo count: Int, at offset: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { room, initialized in
      initialized = try descriptor.read(
        fromAbsoluteOffset: Int64(offset), into: UnsafeMutableRawBufferPointer(room))
    }
  }
}

/// A file that is being received: without a name until all is there, and gone if it never is.
struct ReceivedFile: ~Copyable {
  private let folder: String
  private let name: String
  private let partPath: String
  private let descriptor: FileDescriptor
  private var isKept = false

  /// Makes a new file.
  ///
  /// - Parameters:
  ///   - name: As the sender gave it: no path, so that it stays inside the folder. nil: `keep` will say.
  ///   - folder: Must exist.
  init(named name: String?, in folder: String) throws {
    if let name { try Self.check(name) }
    let (partPath, descriptor) = try Self.makePart(folder)
    self.folder = folder
    self.name = name ?? ""
    self.partPath = partPath
    self.descriptor = descriptor
  }

  private static func check(_ name: String) throws {
    guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(0x2F), !name.utf8.contains(0) else {
      throw Failure("\(Python.repr(name)) is no name for a file")
    }
  }

  private static func makePart(_ folder: String) throws -> (String, FileDescriptor) {
    var template = Array((folder + "/.part-XXXXXX").utf8CString)
    let number = mkstemp(&template)
    guard number >= 0 else { throw Failure("cannot write into \(folder): \(Errno(rawValue: errno)); does it exist?") }
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    fchmod(number, 0o644)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (path, FileDescriptor(rawValue: number))
  }

  deinit {
    try? descriptor.close()
    if !isKept { unlink(partPath) }
  }

  /// Where it will be.
  var path: String { folder + "/" + name }

  func write(_ bytes: [UInt8]) throws { try descriptor.writeAll(bytes) }

  /// Writes the next bytes that a client sends; exactly so many.
  func write(_ count: Int, from request: inout StreamRequest) throws {
    var left = count
    while left > 0 {
      let data = try request.read(upTo: min(left, 65_536))
      guard !data.isEmpty else { throw Failure("\(name) ended \(left) bytes before its end") }
      try write(data)
      left -= data.count
    }
  }

  /// All is there: it takes its name, in the place of an older file.
  consuming func keep() throws {
    guard rename(partPath, path) == 0 else { throw Failure("\(path) cannot be written: \(Errno(rawValue: errno))") }
    isKept = true
  }

  /// All is there, and now it is known what is the content, and what its name.
  consuming func keep(as name: String, droppingFirst count: Int) throws {
    let file = try ReceivedFile(named: name, in: folder)
    try descriptor.seek(offset: Int64(count), from: .start)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let read = try buffer.withUnsafeMutableBytes({ try descriptor.read(into: $0) }), read > 0 {
      try file.write(Array(buffer[..<read]))
    }
    try file.keep()
  }
}

enum Folder {
  /// Whether there is a folder at a path.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Where received files go: into the folder `file` in BASE_DIR, or into BASE_DIR itself if there is none; without a
  /// BASE_DIR into the folder `file` in the working folder.
  static func forReceivedFiles(_ settings: Settings) -> String {
    guard let base = settings["BASE_DIR"] else { return "file" }
    return exists(base + "/file") ? base + "/file" : base
  }

  /// What is in a folder, in no order. (Python: `os.listdir()`.)
  static func names(_ path: String) throws -> [String] {
    guard let folder = opendir(path) else { throw Failure("\(path) cannot be listed: \(Errno(rawValue: errno))") }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
