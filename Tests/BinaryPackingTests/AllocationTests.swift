import BinaryPacking
import CAllocationCounter
import Testing

/// The typed form of numbers, and of byte strings of fixed width, takes nothing from the heap.
@Suite("Allocations")
struct AllocationTests {
  /// How often this thread asks for memory while a closure runs, once the runtime has made its types' metadata.
  private func allocations(during body: () throws -> Void) rethrows -> Int {
    try body()
    let before = allocation_count()
    try body()
    return allocation_count() - before
  }

  @Test func theCounterCounts() throws {
    var arrays: [[Int]] = []
    arrays.reserveCapacity(20)
    #expect(allocations { for index in 0..<10 { arrays.append([index, index]) } } >= 10)
    #expect(allocations { arrays[0][0] += 1 } == 0)
  }

  @Test func numbersAndStringsOfFixedWidth() throws {
    let format = try BinaryFormat("<IHBxq8s")
    var buffer = [UInt8](repeating: 0, count: 2 * format.size)
    var sum = 0
    let count = try allocations {
      sum = 0
      for index in 0..<1_000 {
        try format.pack(
          UInt32(index), UInt16(index), UInt8(7), Int64(index), [8 of UInt8](repeating: 1), into: &buffer, at: 3)
        let (id, port, kind, time, name) = try format.unpack(
          UInt32.self, UInt16.self, UInt8.self, Int64.self, [8 of UInt8].self, from: buffer, at: 3)
        sum += Int(id) + Int(port) + Int(kind) + Int(time) + Int(name[7])
      }
    }
    #expect(count == 0)
    #expect(sum == 3 * 499_500 + 8_000)
  }

  @Test func nativeAlignmentAndTheOtherOrder() throws {
    for text in ["I3sf", ">I3sf"] {
      let format = try BinaryFormat(text)
      var buffer = [UInt8](repeating: 0, count: format.size)
      var right = 0
      let count = try allocations {
        right = 0
        for index in 0..<1_000 {
          try format.pack(UInt32(index), [3 of UInt8](repeating: 1), Float(index), into: &buffer)
          let (id, name, score) = try format.unpack(UInt32.self, [3 of UInt8].self, Float.self, from: buffer)
          if Int(id) == index, name[2] == 1, score == Float(index) { right += 1 }
        }
      }
      #expect(count == 0)
      #expect(right == 1_000)
    }
  }

  /// An array is one allocation, and nothing else is.
  @Test func arraysOfBytes() throws {
    for (text, width) in [("<I3sf", 3), ("<I8sf", 8), ("<I16sf", 16), ("<I200sf", 200)] {
      let format = try BinaryFormat(text)
      var buffer = [UInt8](repeating: 1, count: format.size)
      let name = [UInt8](repeating: 2, count: width)
      let count = try allocations {
        for index in 0..<100 {
          try format.pack(UInt32(index), name, Float(index), into: &buffer)
          let (_, back, _) = try format.unpack(UInt32.self, [UInt8].self, Float.self, from: buffer)
          if back != name { Issue.record("\(back)") }
        }
      }
      #expect(count == 100, "\(text)")
    }
  }

  /// Types that are not the fields' own, and more values than there are functions for.
  @Test func theGeneralWay() throws {
    let format = try BinaryFormat("<IHBqd?hhhh")
    var buffer = [UInt8](repeating: 0, count: format.size)
    let count = try allocations {
      for index in 0..<100 {
        try format.pack(index, index, 7, index, 0.5 as Float, true, 1, 2, 3, 4, into: &buffer)
        _ = try format.unpack(
          Int.self, Int.self, Int.self, Int.self, Double.self, Bool.self, Int.self, Int.self, Int.self, Int.self,
          from: buffer)
      }
    }
    #expect(count == 0)
  }
}
