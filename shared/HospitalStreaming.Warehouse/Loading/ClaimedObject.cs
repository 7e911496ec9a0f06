namespace HospitalStreaming.Warehouse.Loading;

/// <summary>One lake object of a claim: exactly this content, as its manifest describes it.</summary>
/// <param name="Name">Object name in the lake.</param>
/// <param name="Generation">Generation of the object, where the lake counts them; 0 in a folder.</param>
/// <param name="Topic">Change topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="StreamEpoch">Stream epoch.</param>
/// <param name="StartOffset">Offset it begins at: its name.</param>
/// <param name="NextOffset">Offset the next object begins at.</param>
/// <param name="Rows">Records in it.</param>
/// <param name="Sha256">SHA-256 of its stored bytes, lower-case hex.</param>
public sealed record ClaimedObject(
    string Name, long Generation, string Topic, int Partition, string StreamEpoch, long StartOffset, long NextOffset, long Rows, string Sha256);
