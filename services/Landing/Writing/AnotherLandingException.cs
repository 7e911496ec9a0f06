namespace HospitalStreaming.Landing.Writing;

/// <summary>Another Landing writes to this database. One is enough; this one stands by.</summary>
internal sealed class AnotherLandingException() : Exception("another Landing writes to this database; this one stands by until that one ends");
