namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>One column of a captured table.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type.</param>
/// <param name="IsKey">Whether it is part of the message key.</param>
public sealed record CapturedColumn(string Name, PostgresType Type, bool IsKey);
