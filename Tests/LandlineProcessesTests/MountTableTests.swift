import Testing

@testable import LandlineProcesses

@Suite("By how many paths a folder can be reached")
struct MountTableTests {
  private func table(_ lines: String...) -> MountTable {
    MountTable(text: Array(lines.joined(separator: "\n").utf8))
  }

  @Test("By its own, on the root's file system")
  func own() {
    let table = table("22 1 8:1 / / rw - ext4 /dev/sda1 rw", "23 22 0:5 / /proc rw - proc proc rw")
    #expect(table.paths(of: "/srv/data") == ["/srv/data"])
  }

  @Test("Where its file system is mounted once more")
  func twice() {
    let table = table(
      "22 1 8:1 / / rw - ext4 a rw", "30 22 8:2 / /srv rw - ext4 b rw", "31 22 8:2 / /mnt/copy rw - ext4 b rw")
    #expect(table.paths(of: "/srv/data") == ["/srv/data", "/mnt/copy/data"])
  }

  @Test("Where a folder above it is bound to another place")
  func bound() {
    let table = table("22 1 8:1 / / rw - ext4 a rw", "31 22 8:1 /srv /home/ada/server rw - ext4 a rw")
    #expect(table.paths(of: "/srv/data") == ["/srv/data", "/home/ada/server/data"])
    #expect(table.paths(of: "/home/ada/server/data") == ["/srv/data", "/home/ada/server/data"])
  }

  @Test("Where something in it is bound to another place, that place")
  func inside() {
    let table = table("22 1 8:1 / / rw - ext4 a rw", "31 22 8:1 /srv/data/landline /peek rw - ext4 a rw")
    #expect(table.paths(of: "/srv/data") == ["/srv/data", "/peek"])
  }

  @Test("Another file system in between, and names with blanks")
  func blanks() {
    let table = table(
      "22 1 8:1 / / rw - ext4 a rw", #"30 22 8:2 / /my\040disk rw - ext4 b rw"#, "31 22 8:1 / /other rw - ext4 a rw")
    #expect(table.paths(of: "/my disk/data") == ["/my disk/data"])
    #expect(table.paths(of: "/my/data") == ["/my/data", "/other/my/data"])
  }

  @Test("Lines that are none are passed over")
  func broken() {
    #expect(table("", "22", "22 1 8:1").mounts.isEmpty)
    #expect(table("22 1 8:1").paths(of: "/srv") == ["/srv"])
  }
}
