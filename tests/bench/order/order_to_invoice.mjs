// W2's peer: the same order and invoice, written by hand for Node. Amounts are binary floating point, which a script in Node
// commonly makes of them and which is faster than what we do.
//   node order_to_invoice.mjs ORDER.json
import { readFileSync } from 'node:fs'

const text = readFileSync(process.argv[2], 'utf8')
const guid = '11111111-2222-3333-4444-555555555555'
const items = new Map()
for (let i = 0; i < 8; i++) items.set('SKU-' + i, '11111111-2222-3333-4444-55555555555' + i)
const centers = { DE: 'D1', FR: 'F1' }
const amsterdam = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Amsterdam' })

function invoice(text) {
  const order = JSON.parse(text)
  const center = centers[order.shipping_addresses[0].country_iso2] ?? 'NL'
  const lines = []
  let sum = 0
  for (const product of order.products) {
    const price = Number(product.price_ex_tax)
    sum += price * product.quantity
    lines.push({ Item: items.get(product.sku), Description: product.name, Quantity: product.quantity, NetPrice: price, CostCenter: center })
  }
  const shipping = Number(order.shipping_cost_ex_tax)
  if (shipping !== 0) {
    sum += shipping
    lines.push({ Item: guid, Quantity: 1, NetPrice: shipping })
  }
  if (Math.abs(sum - Number(order.total_inc_tax)) > 0.01) throw new Error('totals')
  return JSON.stringify({
    YourRef: 'shop-' + order.id, Journal: '70', OrderedBy: guid, OrderDate: amsterdam.format(new Date(order.date_created)) + 'T00:00:00',
    Description: order.billing_address.company, Remarks: order.staff_notes, Lines: lines,
  })
}

const run = (count) => { let bytes = 0; for (let i = 0; i < count; i++) bytes += invoice(text).length; return bytes }
run(5000)
const count = 60000
const before = process.cpuUsage()
run(count)
const used = process.cpuUsage(before)
console.log(`node ${process.version}, by hand, binary floating point: ${Math.round(count / ((used.user + used.system) / 1e6))}/s of CPU time`)
