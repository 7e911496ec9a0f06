namespace HospitalStreaming.Producer.Synthea;

/// <summary>How far a load has come.</summary>
/// <param name="Sent">Events the broker has.</param>
/// <param name="Total">Events there are; 0 while files are still read.</param>
public sealed record SyntheaProgress(long Sent, long Total);
