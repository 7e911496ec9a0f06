namespace HospitalStreaming.Core.Domain.Sources;

/// <summary>A column of a captured table as the source has it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type.</param>
/// <param name="Nullable">Whether it may be NULL.</param>
public sealed record SourceColumn(string Name, SourceType Type, bool Nullable);
