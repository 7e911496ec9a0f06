using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.WarehouseSink.Tables;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.WarehouseSink;

/// <summary>Names everything wrong in section WarehouseSink.</summary>
internal sealed class WarehouseSinkOptionsCheck(IOptions<WarehouseSinkOptions> options, IOptions<LakeOptions> lake, IOptions<WarehouseOptions> warehouse) : IOptionsCheck
{
    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var value = options.Value;
        if (!lake.Value.HasWholeLines)
        {
            yield return new("Lake:Fields", "the warehouse needs every field and Lake:Values received: remove both settings, or give other lines a lake and a sink of their own");
        }

        if (value.Cycle < TimeSpan.FromMilliseconds(1) || value.Cycle > TimeSpan.FromMinutes(10))
        {
            yield return new("WarehouseSink:Cycle", "use 00:00:00.001 to 00:10:00");
        }

        if (value.Poll < value.Cycle || value.Poll > TimeSpan.FromHours(1))
        {
            yield return new("WarehouseSink:Poll", "use at least WarehouseSink:Cycle and at most 01:00:00");
        }

        if (value.MaxRows is < 1 or > 1_000_000)
        {
            yield return new("WarehouseSink:MaxRows", "use 1 to 1000000");
        }

        if (value.MaxBytes is < 1024 or > 1024L * 1024 * 1024)
        {
            yield return new("WarehouseSink:MaxBytes", "use 1024 to 1073741824");
        }

        if (value.Tables is { Length: > 0 } file)
        {
            if (ProblemOf(file, WarehouseServices.KindOf(warehouse.Value)) is { } why)
            {
                yield return new("WarehouseSink:Tables", why);
            }
        }
    }

    private static string? ProblemOf(string file, WarehouseKind kind)
    {
        try
        {
            var tables = TableFile.Read(file);
            return kind == WarehouseKind.BigQuery ? tables.Select(table => DescribedNames.RefusalOf(table.ToDescription())).OfType<string>().FirstOrDefault() : null;
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException)
        {
            return $"name a file that describes tables: {failure.Message}";
        }
    }
}
