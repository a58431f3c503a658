import Glibc
import LandlineProtocol
import Testing

@testable import LandlineStorage

@Suite struct DataFolderTests {
  @Test func makesItsFolders() throws {
    let scratch = Scratch()
    let path = scratch.path + "/data"
    let folder = try DataFolder(path: path)
    #expect(folder.path == path)
    #expect(names(in: path) == ["files", "landline"])
    #expect(mode(path + "/landline") == 0o700)
    #expect(mode(path + "/landline/partial") == 0o700)
    #expect(mode(path + "/landline/lock") == 0o600)
    #expect(fcntl(folder.landlineDescriptor, F_GETFD) == FD_CLOEXEC)
  }

  @Test func takesTheRightsOfOthersAway() throws {
    let scratch = Scratch()
    mkdir(scratch.path + "/landline", 0o755)
    mkdir(scratch.path + "/landline/partial", 0o777)
    chmod(scratch.path + "/landline/partial", 0o777)
    _ = try DataFolder(path: scratch.path)
    #expect(mode(scratch.path + "/landline") == 0o700)
    #expect(mode(scratch.path + "/landline/partial") == 0o700)
  }

  @Test func refusesASecondServerAndSaysWhich() throws {
    let scratch = Scratch()
    do {
      let first = try DataFolder(path: scratch.path)
      let error = #expect(throws: StorageError.self) { _ = try DataFolder(path: scratch.path) }
      #expect(error?.code == .inUse)
      #expect(error?.message.contains("another server (pid \(getpid())) uses") == true)
      _ = first.path
    }
    _ = try DataFolder(path: scratch.path)
  }

  @Test func refusesTwoFileSystems() throws {
    let scratch = Scratch()
    let other = Scratch(in: "/dev/shm")
    symlink(other.path, scratch.path + "/files")
    let error = #expect(throws: StorageError.self) { _ = try DataFolder(path: scratch.path) }
    #expect(error?.code == .unsuitable)
    #expect(error?.message.contains("different file systems") == true)
  }

  @Test func makesWhatItLiesIn() throws {
    let scratch = Scratch()
    let folder = try DataFolder(path: scratch.path + "/a/b c/data")
    #expect(folder.path == scratch.path + "/a/b c/data")
    #expect(access(scratch.path + "/a/b c/data/files", F_OK) == 0)
  }

  @Test func refusesAFile() throws {
    let scratch = Scratch()
    writeFile(scratch.path + "/file", [])
    #expect(throws: StorageError.self) { _ = try DataFolder(path: scratch.path + "/file") }
    #expect(throws: StorageError.self) { _ = try DataFolder(path: "") }
  }

  @Test func openat2MissingIsSaidClearly() {
    #expect(Kernel.openat2Missing(ENOSYS).message.contains("Linux 5.6 or newer"))
    #expect(Kernel.openat2Missing(EPERM).message.contains("seccomp"))
    #expect(Kernel.openat2Missing(ENOSYS).code == .unsuitable)
  }

  @Test(arguments: [
    ("6.18.44-fc-v657", true), ("6.13.0", true), ("6.12.48+deb13-amd64", false),
    ("7.0", true), ("5.15.0-generic", false), ("odd", false),
  ])
  func fineTimesByRelease(release: String, fine: Bool) {
    #expect(Kernel.hasFineTimes(release: release) == fine)
  }
}
