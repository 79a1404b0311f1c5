import ArgumentParser

/// What a trained model is tried on instead of its run's own data.
struct OtherData: ParsableArguments {
  @Option(help: "Another data set than the run's; to predict from, a table need not have the target.")
  var dataset: String?
  @Option(help: "The folder with the data set's files. (default: $DESCENT_DATA_DIR, then ~/.cache/descent)")
  var dataDir: String?
  @Flag(help: "Leave out lines of that table without a value in one of the columns.")
  var dropMissing = false
}
