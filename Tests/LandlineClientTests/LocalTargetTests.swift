import Glibc
import LandlineProtocol
import NIOCore
import Testing

@testable import LandlineClient

@Suite struct LocalTargetTests {
  private let scratch: Scratch
  private let target: LocalTarget

  init() throws {
    scratch = try Scratch()
    let folder = try Descriptor.open(scratch.path, flags: O_RDONLY | O_DIRECTORY, toSay: "open")
    target = LocalTarget(folder: folder, folderPath: scratch.path, name: "a")
  }

  @Test func thePartGetsTheName() throws {
    let part = try target.openPart(isEmpty: true)
    #expect(try target.settle(part, .fail) == "a")
    #expect(scratch.isThere("a") && !scratch.isThere(".a.landline-part"))
  }

  @Test(arguments: [IfExists.fail, .replace, .keepBoth, .skip])
  func aPartThatIsNotKeptHasNoNameBefore(_ ifExists: IfExists) throws {
    var target = target
    target.keepsPart = false
    scratch.file(".a.landline-part", "older")
    for (number, name) in [(1, "a"), (2, ["replace": "a", "keep-both": "a (1)"][ifExists.rawValue])] {
      let part = try target.openPart(isEmpty: true)
      #expect(!scratch.isThere(".a.landline-part"))
      try part.writeAll(ByteBuffer(string: "\(number)"), at: 0, toSay: "write")
      // Meanwhile another command was cut off; what it has left is in the way of one that replaces only.
      scratch.file(".a.landline-part", "other")
      if number == 2 && ifExists == .fail {
        #expect { try target.settle(part, ifExists) } throws: { ($0 as? ClientError)?.code == .exists }
      } else {
        #expect(try target.settle(part, ifExists) == name)
      }
      if number == 2 && ifExists == .replace {
        #expect(!scratch.isThere(".a.landline-part"))
      } else {
        #expect(scratch.content(".a.landline-part") == "other")
      }
      if let name { #expect(scratch.content(name) == "\(number)") }
    }
  }

  /// Were the part's name there for a moment, a command that is killed in that moment would leave it behind.
  @Test(arguments: [IfExists.fail, .replace, .keepBoth, .skip])
  func aPartThatIsNotKeptNeverHasItsOwnName(_ ifExists: IfExists) throws {
    var target = target
    target.keepsPart = false
    let names = try NamesMade(in: scratch.path)
    #expect(try target.settle(target.openPart(isEmpty: true), ifExists) == "a")
    #expect(names.all() == ["a"])
    guard ifExists == .skip || ifExists == .keepBoth else { return }
    #expect(try target.settle(target.openPart(isEmpty: true), ifExists) == (ifExists == .skip ? nil : "a (1)"))
    #expect(names.all() == (ifExists == .skip ? [] : ["a (1)"]))
  }

  @Test(arguments: [IfExists.fail, .replace, .keepBoth, .skip])
  func whatHasTakenThePartsNameDoesNot(_ ifExists: IfExists) throws {
    let part = try target.openPart(isEmpty: true)
    unlink("\(scratch.path)/.a.landline-part")
    scratch.file(".a.landline-part", "other")
    #expect { try target.settle(part, ifExists) } throws: { ($0 as? ClientError)?.code == .changed }
    target.removePart(part)
    #expect(scratch.content(".a.landline-part") == "other" && !scratch.isThere("a"))
  }

  @Test func aPartThatIsGone() throws {
    let part = try target.openPart(isEmpty: true)
    unlink("\(scratch.path)/.a.landline-part")
    #expect { try target.settle(part, .replace) } throws: { ($0 as? ClientError)?.code == .changed }
  }
}

@Suite struct DownloadRoomTests {
  @Test(arguments: [0, 1, 32, 64, 256, 512, 1_024, 2_000, 4_096, 1_048_576])
  func neverMoreThanThereIs(descriptors: Int) {
    let room = DownloadRoom(descriptors: descriptors)
    #expect(room.inFlight >= 1 && room.arrived >= 1)
    // Each in flight has two; all of them may arrive on top of those that wait, and as many are being finished.
    let most = 2 * room.inFlight + 2 * 2 * (room.arrived + room.inFlight)
    #expect(most < max(descriptors, 16))
  }

  @Test func allWhereThereAreMany() {
    #expect(DownloadRoom(descriptors: 4_096) == DownloadRoom(descriptors: 1_048_576))
  }
}
