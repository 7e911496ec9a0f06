namespace HospitalStreaming.Modelling.Jinja;

/// <summary>The value of a name or attribute that does not exist; using it is an error, testing it with "is defined" is not.</summary>
internal sealed record Undefined(string Name);
