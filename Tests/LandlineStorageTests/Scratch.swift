import CLinux
import Glibc
import LandlineProtocol
import LandlineServices
import LandlineStorage
import Testing

/// A folder for one test, removed when it is let go of.
final class Scratch: Sendable {
  let path: String

  init(in parent: String = "/tmp") {
    var template = Array("\(parent)/landline-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit {
    run("rm", "-rf", path)
  }
}

/// Runs a program and waits for its end.
@discardableResult
func run(_ arguments: String...) -> Int32 {
  var child = pid_t()
  var pointers = arguments.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  guard posix_spawnp(&child, arguments[0], nil, nil, &pointers, environ()) == 0 else { return -1 }
  var status: Int32 = 0
  while waitpid(child, &status, 0) == -1, errno == EINTR {}
  return status >> 8
}

/// Enough to find programs; the real `environ` is a global variable, which Swift 6 does not let
/// us read.
private func environ() -> [UnsafeMutablePointer<CChar>?] {
  [strdup("PATH=/usr/local/bin:/usr/bin:/bin"), nil]
}

/// A data folder with its content store, in a scratch folder.
struct Place {
  let scratch: Scratch
  let folder: DataFolder
  let store: DiskContentStore

  init(in parent: String = "/tmp") throws {
    scratch = Scratch(in: parent)
    folder = try DataFolder(path: scratch.path)
    store = try DiskContentStore(folder: folder)
  }

  /// The real path of a name in the tree.
  func real(_ path: String) -> String { "\(scratch.path)/files/\(path)" }
  var partial: String { "\(scratch.path)/landline/partial" }

  @discardableResult
  func put(
    _ path: String, _ content: String, replacing: Bool = false, modified: FileTime? = nil,
    executable: Bool = false
  ) throws -> EntryStatus {
    let upload = try store.openUpload(.random(), keepingOld: false)
    do {
      try upload.append(content)
      return try upload.publish(
        as: RemotePath(path), replacing: replacing, modified: modified, executable: executable)
    } catch {
      upload.discard()
      throw error
    }
  }

  func get(_ path: String) throws -> String {
    let file = try store.openFile(RemotePath(path))
    var bytes = [UInt8](repeating: 0, count: Int(file.status.size) + 1)
    let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

extension ContentStore {
  func openUpload(_ key: UploadKey, keepingOld: Bool) throws -> any UploadContent {
    try openUpload(key, keepingOld: keepingOld, size: nil)
  }
}

extension UploadContent {
  func append(_ text: String) throws {
    try Array(text.utf8).withUnsafeBytes { try append($0) }
  }
}

extension UploadKey {
  static func random(account: Int64 = 1) -> UploadKey {
    UploadKey(account: account, digest: .random())
  }
}

extension Digest256 {
  static func random() -> Digest256 {
    Digest256(bytes: (0..<32).map { _ in UInt8.random(in: 0...255) })!
  }
}

/// The `LineError` code that `body` ends in.
func code(_ body: () throws -> Void) -> ErrorCode? {
  do {
    try body()
    return nil
  } catch {
    return (error as? LineError)?.code
  }
}

func asyncCode(_ body: () async throws -> Void) async -> ErrorCode? {
  do {
    try await body()
    return nil
  } catch {
    return (error as? LineError)?.code
  }
}

func writeFile(_ path: String, _ bytes: [UInt8]) {
  let file = fopen(path, "w")!
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

func readFile(_ path: String) -> [UInt8]? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer.prefix(count)
  }
  return bytes
}

func status(_ path: String) -> stat? {
  var status = stat()
  return lstat(path, &status) == 0 ? status : nil
}

func mode(_ path: String) -> mode_t? {
  status(path).map { $0.st_mode & 0o7777 }
}

func setAge(_ path: String, seconds: Int) {
  var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
  utimensat(AT_FDCWD, path, &times, 0)
}

/// The names in a folder, sorted.
func names(in path: String) -> [String] {
  guard let stream = opendir(path) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    if let name = clinux_dirent_name(entry) { names.append(String(cString: name)) }
  }
  return names.filter { $0 != "." && $0 != ".." }.sorted()
}
