import Addresses
import CAllocationCounter
import Testing

/// Addresses are read and written without a byte from the heap.
///
/// Errors are not counted: the test library looks at each that is thrown, and takes memory for it.
@Suite("Allocations")
struct AllocationTests {
  /// How often this thread asks for memory while a closure runs, once the runtime has made its types' metadata.
  private func allocations(during body: () -> Void) -> Int {
    body()
    let before = allocation_count()
    body()
    return allocation_count() - before
  }

  private func check<Value: AddressText>(_ type: Value.Type, _ text: String) {
    let bytes = Array(text.utf8)
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Value.maximumTextLength)
    defer { buffer.deallocate() }
    var value: Value?
    let reading = allocations { value = try? Value(parsing: bytes.span) }
    #expect(reading == 0, "\(type) \(text)")
    guard let value else {
      Issue.record("\(text) is no \(type)")
      return
    }
    let writing = allocations {
      var output = OutputSpan(buffer: buffer, initializedCount: 0)
      value.write(into: &output)
      _ = output.finalize(for: buffer)
    }
    #expect(writing == 0, "\(type) \(text)")
  }

  @Test func readingAndWriting() {
    for text in ["192.0.2.1", "0.0.0.0"] { check(IPv4Address.self, text) }
    for text in ["2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0"] { check(IPv6Address.self, text) }
    for text in ["192.0.2.1", "::1"] { check(IPAddress.self, text) }
    for text in ["10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.0.0.0/0.255.255.255"] { check(IPv4Network.self, text) }
    for text in ["2001:db8::/32", "::1"] { check(IPv6Network.self, text) }
    for text in ["10.0.0.9/24", "10.0.0.9/255.255.255.0", "10.0.0.9/0.0.0.255", "10.0.0.9"] {
      check(InterfaceAddress<IPv4Address>.self, text)
    }
    check(InterfaceAddress<IPv6Address>.self, "fe80::1%eth0/64")
    check(MACAddress.self, "00:00:5e:00:53:01")
  }
}
