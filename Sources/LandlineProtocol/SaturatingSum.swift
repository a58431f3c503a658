extension Int64 {
  /// The sum, or the largest or smallest number where there is none. Sizes are anybody's to choose: a file with a hole, or
  /// a number in a message, may have nearly 2^63 bytes.
  public func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, isOverflow) = addingReportingOverflow(other)
    if isOverflow { return other < 0 ? .min : .max }
    return sum
  }
}
