// The noise of airfoils from five measurements: scalers, a split, a schedule, early stopping, the best checkpoint, metrics, a
// chart, and the prediction of a new row. The data set is downloaded at first; the files go to the folder `airfoil`.
import Descent
import DescentCharts
import Foundation

manualSeed(0)
let (inputs, levels) = try Airfoil.load()
let data = TensorDataset(
  inputs: inputs.to(.float32), targets: levels.to(.float32).reshaped([levels.count, 1]))
let (training, validation) = try data.split(0.8)
// Their statistics are part of the model: saved with it, applied in prediction.
let scaler = try StandardScaler(fitting: training)
let decibels = try StandardScaler(fitting: training, of: \.targets)
let model = Sequential([
  scaler, Linear(5, 64), ReLU(), Linear(64, 64), ReLU(), Linear(64, 1), decibels.inverse,
])
let trainer = Trainer(
  model: model, loss: MSELoss(), optimizer: try Optimizer(for: model, Adam(learningRate: 0.01)))
try FileManager.default.createDirectory(atPath: "airfoil", withIntermediateDirectories: true)
let history = try trainer.fit(
  DataLoader(training, batchSize: 32, shuffle: true, seed: 0),
  validation: DataLoader(validation, batchSize: 301),
  epochs: 200, metrics: [RSquared(), MeanAbsoluteError()],
  callbacks: [
    ScheduleCallback(.warmup(steps: 100).then(.cosine())), EarlyStopping(patience: 30), ProgressBar(),
    CheckpointCallback(folder: "airfoil", best: Monitor("validation_r2")),
  ])
let lines = ["train_loss", "validation_loss"].map { name in
  LineChart.Line(name: name, points: history.epochs.map { (Double($0.epoch), $0[name] ?? .nan) })
}
let chart = LineChart(title: "Airfoils", xLabel: "epoch", yLabel: "dB²", isLogarithmic: true, lines: lines)
try chart.write(.png, to: "airfoil/loss.png")
print(history.json(history.epochs.last!), noGrad { model(Tensor([[800, 0, 0.3048, 71.3, 0.00266]])) })
