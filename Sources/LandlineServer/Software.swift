/// This software's own name and version.
public enum Software {
  public static let version = "0.1.0"
  public static let name = "landline \(version)"
}
