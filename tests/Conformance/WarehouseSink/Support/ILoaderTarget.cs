using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>A lake and a warehouse for one run, and a trap on the way to them.</summary>
internal interface ILoaderTarget : IAsyncDisposable
{
    /// <summary>The lake to fill.</summary>
    ILake Lake { get; }

    /// <summary>Data sets.</summary>
    WarehouseNames Names { get; }

    /// <summary>SQL past the trap.</summary>
    IWarehouseSql Sql { get; }

    /// <summary>The loader's settings: through the trap.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The loader's environment.</summary>
    IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Processes that are killed in a run, one after the other.</summary>
    int Kills { get; }

    /// <summary>Objects to add before each start: enough for the trap to spring.</summary>
    int Objects { get; }

    /// <summary>Time between two looks, the loader's at the lake and ours at the warehouse: what a look costs decides.</summary>
    TimeSpan Look { get; }

    /// <summary>Most occurrences of a point that may pass before the one that counts.</summary>
    int MostSkipped { get; }

    /// <summary>Most records of a load: so few that the objects of a start make more loads than may be skipped.</summary>
    int MostRecords(Random random);

    /// <summary>Sets the trap.</summary>
    /// <param name="point">Where.</param>
    /// <param name="skip">Occurrences before the one that counts.</param>
    /// <param name="other">Which of the two ways a point has.</param>
    /// <param name="strike">What happens to the process.</param>
    void Arm(LoaderPoint point, int skip, bool other, Action strike);

    /// <summary>From now on all passes.</summary>
    void Disarm();
}
