using System.Globalization;
using System.Text.RegularExpressions;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Names and numbers of ours as GoogleSQL text: scripts take no arrays of values, and no value of a row ever stands in one.</summary>
internal static partial class SqlText
{
    /// <exception cref="ArgumentException">Not a name of ours.</exception>
    internal static string Name(string name) => Plain().IsMatch(name) ? $"'{name}'" : throw new ArgumentException("not a name of ours", nameof(name));

    internal static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "NULL";

    internal static string Numbers(IEnumerable<long> numbers) => string.Join(", ", numbers.Select(number => Number(number)));

    internal static string Day(DateOnly day) => $"DATE '{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'";

    /// <summary>A partition's rows in a table of the books.</summary>
    internal static string Is(LakeStream stream) =>
        string.Create(CultureInfo.InvariantCulture, $"topic = {Name(stream.Topic)} AND `partition` = {stream.Partition} AND stream_epoch = {Name(stream.Epoch)}");

    /// <summary>Bytes as Base64.</summary>
    /// <exception cref="ArgumentException">Not Base64.</exception>
    internal static string Packed(string base64) => Base64().IsMatch(base64) ? $"'{base64}'" : throw new ArgumentException("not Base64", nameof(base64));

    internal static string Columns(IEnumerable<string> columns) => string.Join(", ", columns.Select(column => $"`{column}`"));

    [GeneratedRegex("^[A-Za-z0-9+/]*={0,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex Base64();

    [GeneratedRegex(@"^[A-Za-z0-9_.:\-]{1,255}$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
