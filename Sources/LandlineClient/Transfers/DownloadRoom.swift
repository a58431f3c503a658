/// How many small files of a download may be open at the same time, in what descriptors a process has.
struct DownloadRoom: Hashable, Sendable {
  /// Files that are asked for; each has its folder open, and perhaps a file that has the name.
  var inFlight: Int
  /// Files that wait to become durable; each has itself and its folder open.
  var arrived: Int

  /// - Parameter descriptors: how many the process may have.
  init(descriptors: Int) {
    // For connections, for large files beside, and for the way to a folder.
    let rest = descriptors - min(256, descriptors / 2)
    // All that are in flight may arrive on top of those that wait, while as many are being made durable.
    let unit = max(rest / 10, 1)
    inFlight = min(unit, 256)
    arrived = min(unit, 192)
  }
}
