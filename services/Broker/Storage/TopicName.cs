using System.Text.RegularExpressions;

namespace HospitalStreaming.Broker.Storage;

/// <summary>Kafka's rule for topic names.</summary>
internal static partial class TopicName
{
    public static bool IsValid(string name) => name is not ("." or "..") && name.Length is > 0 and <= 249 && Legal().IsMatch(name);

    [GeneratedRegex(@"\A[a-zA-Z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Legal();
}
