using HospitalStreaming.WarehouseSink.Tables;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.WarehouseSink;

/// <summary>The file of described tables is refused where its tables cannot be loaded, with what is wrong.</summary>
public sealed class TableFileTests
{
    private const string Columns = """ "columns":[{"name":"id","type":"bigint"},{"name":"v","type":"text"}] """;

    [Theory]
    [InlineData($$"""{"table":"notes","key":["id"],{{Columns}}}""", "notes")]
    [InlineData($$"""[{"table":"notes","key":["id"],{{Columns}}},{"table":"log",{{Columns}}}]""", "notes log")]
    public void One_description_or_an_array_of_them_is_read(string json, string names) =>
        Read(json, path => string.Join(' ', TableFile.Read(path).Select(table => table.Name))).ShouldBe(names);

    [Theory]
    [InlineData("{", "no JSON")]
    [InlineData("[{\"table\":\"notes\"}]", "describes no table")]
    [InlineData($$"""{"table":"visits","key":["id"],{{Columns}}}""", "public.visits cannot be described")]
    [InlineData($$"""{"schema":"other","table":"notes","key":["id"],{{Columns}}}""", "other.notes cannot be described")]
    [InlineData("""{"table":"notes","key":["v"],"columns":[{"name":"v","type":"json"}]}""", "rows cannot be told apart by that")]
    [InlineData($$"""[{"table":"notes",{{Columns}}},{"table":"notes",{{Columns}}}]""", "described twice")]
    public void What_cannot_be_loaded_is_refused(string json, string why) =>
        Read(json, path => Should.Throw<FormatException>(() => TableFile.Read(path)).Message).ShouldContain(why);

    private static string Read(string json, Func<string, string> act)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json);
            return act(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
