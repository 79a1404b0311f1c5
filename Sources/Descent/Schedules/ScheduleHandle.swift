import CDescent

/// A reference to a schedule of C's, which nobody changes.
final class ScheduleHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over the reference.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { dsc_schedule_release(pointer) }

  /// What `make` makes.
  convenience init(
    _ make: (UnsafeMutablePointer<OpaquePointer?>) -> dsc_status
  ) throws(DescentError) {
    var made: OpaquePointer?
    try check(make(&made))
    self.init(owning: made!)
  }
}
