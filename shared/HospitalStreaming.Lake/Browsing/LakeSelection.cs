namespace HospitalStreaming.Lake.Browsing;

/// <summary>A part of a lake.</summary>
/// <param name="Topic">One topic; null for all.</param>
/// <param name="Epoch">One life of it; null for all.</param>
/// <param name="Partition">One partition; null for all.</param>
/// <param name="Day">Objects filed under this UTC day; null for all.</param>
/// <param name="From">Objects that hold this offset or later ones.</param>
/// <param name="Until">Objects that hold offsets before this one; null for no end.</param>
public sealed record LakeSelection(string? Topic = null, string? Epoch = null, int? Partition = null, DateOnly? Day = null, long From = 0, long? Until = null);
