import CDescent

/// Runs `body` without recording: results require no gradients. As `torch.no_grad()`.
public func noGrad<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
  try withRecording(false, body)
}

/// Runs `body` with recording on, inside `noGrad` too. As `torch.enable_grad()`.
public func enableGrad<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  try withRecording(true, body)
}

func withRecording<Result, Failure: Error>(
  _ on: Bool, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let before = dsc_set_recording(on)
  defer { dsc_set_recording(before) }
  return try body()
}

/// Runs `body` so that the first operation whose result or gradient is NaN or infinite stops the program, with its name.
/// As `torch.autograd.detect_anomaly()`.
public func detectAnomalies<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let before = dsc_set_anomaly_detection(true)
  defer { dsc_set_anomaly_detection(before) }
  return try body()
}
