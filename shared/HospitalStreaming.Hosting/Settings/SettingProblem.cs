namespace HospitalStreaming.Hosting.Settings;

/// <summary>One thing wrong with the configuration.</summary>
/// <param name="Key">Configuration key, e.g. Kafka:BootstrapServers.</param>
/// <param name="Fix">What to change, in one sentence.</param>
public sealed record SettingProblem(string Key, string Fix);
