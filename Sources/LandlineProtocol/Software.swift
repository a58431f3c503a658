/// This software's own name and version, for both ends.
public enum Software {
  public static let version = "0.1.0"
  /// What hello says.
  public static let name = "landline \(version)"
}
