/// Numbers of bytes for people: `0 B`, `999 B`, `1.5 KiB`, `1.0 GiB`. Cut off, not rounded, so that nothing looks fuller
/// than it is.
public func byteText(_ count: Int64) -> String {
  guard count >= 1_024 else { return "\(max(count, 0)) B" }
  var value = Double(count)
  var unit = ""
  for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] where value >= 1_024 {
    value /= 1_024
    unit = next
  }
  let tenths = Int(value * 10)
  return value >= 100 ? "\(Int(value)) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
}
