extension Principal {
  /// Whether exactly the same may be read as by `other`.
  public func reads(as other: Principal) -> Bool { same(.filesRead, other) }

  /// Whether exactly the same may be written as by `other`.
  public func writes(as other: Principal) -> Bool { same(.filesWrite, other) }

  private func same(_ kind: Grant.Kind, _ other: Principal) -> Bool {
    func relevant(_ grants: [Grant]?) -> Set<Grant> { Set((grants ?? []).filter { [kind, .admin].contains($0.kind) }) }
    return relevant(grants) == relevant(other.grants) && (ceiling == nil) == (other.ceiling == nil)
      && relevant(ceiling) == relevant(other.ceiling)
  }
}
