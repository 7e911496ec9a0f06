using HospitalStreaming.Tests.Conformance.Postgres;

/// <summary>Called by the runtime before the entry point of a copy that <see cref="ChildHost"/> starts; name and place are the runtime's.</summary>
internal static class StartupHook
{
    public static void Initialize() => ChildHost.TakeOver();
}
