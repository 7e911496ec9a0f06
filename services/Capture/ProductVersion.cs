using System.Reflection;

namespace HospitalStreaming.Capture;

/// <summary>What source.version says: this product and its version, not Debezium's.</summary>
internal static class ProductVersion
{
    public static string Text { get; } =
        "hospital-" + (typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "1.0.0");
}
