namespace HospitalStreaming.Hosting.Settings;

/// <summary>A configuration section and the class it is bound to, so that unknown keys and unreadable values can be named.</summary>
/// <param name="Name">Section name, e.g. Kafka.</param>
/// <param name="Options">The options class.</param>
public sealed record KnownSection(string Name, Type Options);
